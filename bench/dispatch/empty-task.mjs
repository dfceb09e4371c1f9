/** The worker of the entrant `piscina-tasks`. */
export default () => 0;
