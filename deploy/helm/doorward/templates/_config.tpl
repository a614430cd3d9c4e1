{{/* The text of doorward.yaml. */}}
{{- define "doorward.config" -}}
{{- kindIs "string" .Values.config | ternary .Values.config (toYaml (.Values.config | default dict)) | trimSuffix "\n" -}}
{{- end -}}

{{/* What the chart needs of doorward.yaml, with doorward's defaults. Missing groups become empty. */}}
{{- define "doorward.facts" -}}
{{- $config := fromYaml (include "doorward.config" .) -}}
{{- $listen := $config.listen | default dict -}}
{{- $admin := $config.admin | default dict -}}
{{- $storage := $config.storage | default dict -}}
{{- $driver := $storage.driver | default "fs-lite" -}}
{{- $facts := dict
  "listenHost" (include "doorward.host" $listen)
  "listenPort" ($listen.port | default 4180)
  "adminHost" (include "doorward.host" $admin)
  "adminPort" ($admin.port | default 9180)
  "driver" $driver
  "isFolder" (has $driver (list "fs" "fs-lite"))
  "isShared" (not (has $driver (list "memory" "fs" "fs-lite" "deno-kv-node")))
-}}
{{- toYaml $facts -}}
{{- end -}}

{{/* Neither the Service nor the kubelet reaches a loopback address in the pod. */}}
{{- define "doorward.host" -}}
{{- $host := .host | default "127.0.0.1" -}}
{{- or (hasPrefix "127." $host) (has $host (list "localhost" "::1")) | ternary "0.0.0.0" $host -}}
{{- end -}}
