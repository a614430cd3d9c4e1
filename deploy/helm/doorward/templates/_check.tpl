{{/* Stops with every mistake in the values that would make a broken or an unsafe release. */}}
{{- define "doorward.check" -}}
{{- $faults := include "doorward.configFaults" . | fromYamlArray -}}
{{- if not $faults -}}
{{- $faults = concat (include "doorward.storageFaults" . | fromYamlArray) (include "doorward.otherFaults" . | fromYamlArray) -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\n%s\n" (join "\n" $faults)) -}}
{{- end -}}
{{- end -}}

{{/* The ConfigMap is not for secrets: other people may read it. */}}
{{- define "doorward.configFaults" -}}
{{- $faults := list -}}
{{- $text := include "doorward.config" . -}}
{{- $config := fromYaml $text -}}
{{- if hasKey $config "Error" -}}
{{- $faults = append $faults (printf "config: is not a YAML mapping: %s" $config.Error) -}}
{{- else if not $config -}}
{{- $faults = append $faults "config: is empty: set it to your doorward.yaml, for example by --set-file config=doorward.yaml" -}}
{{- end -}}
{{- range (include "doorward.secretPaths" (dict "path" "config" "value" $config) | splitList " " | compact) -}}
{{- $faults = append $faults (printf "%s: would be in a ConfigMap: move it to the Secret, with a variable in secret.variables" .) -}}
{{- end -}}
{{- if regexMatch `-----BEGIN [A-Z ]*PRIVATE KEY` $text -}}
{{- $faults = append $faults "config: has a private key, and would be in a ConfigMap: move it to the Secret, and write its path /run/secrets/doorward/KEY" -}}
{{- end -}}
{{- if regexMatch `://[^\s/@"']*:[^\s/@]+@` $text -}}
{{- $faults = append $faults "config: has a URL with a password, and would be in a ConfigMap: set DOORWARD_STORAGE_PASSWORD_FILE in secret.variables" -}}
{{- end -}}
{{- toYaml $faults -}}
{{- end -}}

{{/*
The places of secrets in settings, separated by spaces. A mapping is no secret, but a provider of that name. The address
of a token endpoint is none; a header that a storage driver sends may be one.
*/}}
{{- define "doorward.secretPaths" -}}
{{- $path := .path -}}
{{- range $key, $value := .value -}}
{{- $place := printf "%s.%v" $path $key -}}
{{- if or (kindIs "map" $value) (and (kindIs "slice" $value) (ne $place "config.secret")) -}}
{{- include "doorward.secretPaths" (dict "path" $place "value" $value) -}}
{{- else if hasPrefix "config.storage.headers." $place -}}
{{- printf "%s " $place -}}
{{- else if and (not (hasSuffix ".endpoints.token" $place)) (regexMatch `(?i)^(secret|clientSecret|.*password|.*token|.*(account|access|sas|api|service)Key|connectionString)$` (toString $key)) -}}
{{- printf "%s " $place -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "doorward.storageFaults" -}}
{{- $faults := list -}}
{{- $facts := include "doorward.facts" . | fromYaml -}}
{{- if and (gt (int .Values.replicas) 1) (not $facts.isShared) -}}
{{- $faults = append $faults (printf "replicas: %d replicas cannot share sessions with the storage driver %s: set config.storage to a driver that they share, such as redis, or replicas to 1" (int .Values.replicas) $facts.driver) -}}
{{- end -}}
{{- if and .Values.persistence.enabled (not $facts.isFolder) -}}
{{- $faults = append $faults (printf "persistence: has no effect with the storage driver %s: set it to false" $facts.driver) -}}
{{- end -}}
{{- toYaml $faults -}}
{{- end -}}

{{- define "doorward.otherFaults" -}}
{{- $faults := list -}}
{{- with .Values.secret -}}
{{- if and (not .existing) (not .values) -}}
{{- $faults = append $faults "secret: is missing: set secret.existing to the name of your Secret" -}}
{{- else if and .existing .values -}}
{{- $faults = append $faults "secret: has both existing and values: keep one" -}}
{{- end -}}
{{- range $variable, $key := .variables -}}
{{- if and $.Values.secret.values (not (hasKey $.Values.secret.values $key)) -}}
{{- $faults = append $faults (printf "secret.variables.%s: names the key %s, which secret.values does not have" $variable $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.networkPolicy -}}
{{- if and .enabled (not .proxies) -}}
{{- $faults = append $faults "networkPolicy.proxies: is empty, so no proxy could connect: list your ingress controller" -}}
{{- end -}}
{{- if and .enabled (not .metrics) $.Values.serviceMonitor.enabled -}}
{{- $faults = append $faults "networkPolicy.metrics: is empty, so Prometheus could not connect for the ServiceMonitor: list it" -}}
{{- end -}}
{{- end -}}
{{- $fullname := include "doorward.fullname" . -}}
{{- if and .Values.proxyResources (ne $fullname "doorward") -}}
{{- $faults = append $faults (printf "proxyResources: name the Service doorward, but this release's is %s: set fullnameOverride to doorward" $fullname) -}}
{{- end -}}
{{- range $name, $text := .Values.proxyResources -}}
{{- if and (ne $.Release.Namespace "doorward") (regexMatch `namespace: "?doorward\b|doorward\.doorward\.svc` $text) -}}
{{- $faults = append $faults (printf "proxyResources.%s: names the namespace doorward, but this release is in %s: replace it in that file, or install with --namespace doorward" $name $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- toYaml $faults -}}
{{- end -}}
