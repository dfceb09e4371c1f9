/**
 * The linear memory behind the subscripts of portable kernels (`assembly/portable/numbers.d.ts`). Never allocated: address 0 is cast to
 * them, so that an index is an address in units of the element.
 */

// @ts-ignore: decorator
@unmanaged @global
export class Floats {
  // @ts-ignore: decorator
  @inline @operator("[]")
  private __get(index: i32): f64 {
    return load<f64>(changetype<usize>(this) + ((<usize>index) << 3));
  }

  // @ts-ignore: decorator
  @inline @operator("[]=")
  private __set(index: i32, value: f64): void {
    store<f64>(changetype<usize>(this) + ((<usize>index) << 3), value);
  }
}

// @ts-ignore: decorator
@unmanaged @global
export class Singles {
  // @ts-ignore: decorator
  @inline @operator("[]")
  private __get(index: i32): f64 {
    return load<f32>(changetype<usize>(this) + ((<usize>index) << 2));
  }

  // @ts-ignore: decorator
  @inline @operator("[]=")
  private __set(index: i32, value: f64): void {
    store<f32>(changetype<usize>(this) + ((<usize>index) << 2), <f32>value);
  }
}

// @ts-ignore: decorator
@unmanaged @global
export class Ints {
  // @ts-ignore: decorator
  @inline @operator("[]")
  private __get(index: i32): i32 {
    return load<i32>(changetype<usize>(this) + ((<usize>index) << 2));
  }

  // @ts-ignore: decorator
  @inline @operator("[]=")
  private __set(index: i32, value: i32): void {
    store<i32>(changetype<usize>(this) + ((<usize>index) << 2), value);
  }
}
