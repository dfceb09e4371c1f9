/** The worker of the entrant `piscina-tasks`. */
export default function emptyTask(): number {
  return 0;
}
