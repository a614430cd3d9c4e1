/** The keys of a compose file that hold no option of a service's program, or that the import reads. */
const topKeys = "configs include models name networks secrets services version volumes";

const serviceKeys = `annotations attach blkio_config cap_add cap_drop cgroup cgroup_parent command configs container_name
  cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec
  depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname driver_opts entrypoint
  env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc
  isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models
  network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged profiles pull_policy
  read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt
  sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes working_dir`;

/** Keys through which a service can get options that the import cannot see. */
const opaque: Readonly<Record<string, string>> = {
  build:
    "a Dockerfile can set options (ENV, ENTRYPOINT, CMD): write them as environment and command here, and image instead of build",
  post_start: "runs commands in the container: remove it, and write the options that they set",
  pre_stop: "runs commands in the container: remove it",
  provider: "is not a container, so its options are not known: remove it",
  volumes_from: "can bring configuration files: write them as volumes",
};

/** What is wrong with a key of a service; undefined = it may be there. */
export function serviceKeyFault(key: string): string | undefined {
  return opaque[key] ?? unknownKey(key, serviceKeys);
}

export function topKeyFault(key: string): string | undefined {
  return unknownKey(key, topKeys);
}

function unknownKey(key: string, known: string): string | undefined {
  return key.startsWith("x-") || known.split(/\s+/).includes(key)
    ? undefined
    : "is not a key that the import knows here, and could hold options: correct or remove it";
}
