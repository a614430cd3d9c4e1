{{/* Variables override doorward.yaml, which therefore stays as it is. */}}
{{- define "doorward.env" -}}
- { name: DOORWARD_LISTEN_HOST, value: {{ .facts.listenHost | quote }} }
- { name: DOORWARD_ADMIN_HOST, value: {{ .facts.adminHost | quote }} }
- { name: DOORWARD_ADMIN_PORT, value: {{ .facts.adminPort | quote }} }
{{- if gt (int .values.replicas) 1 }}
- { name: DOORWARD_REPLICAS, value: "true" }
{{- end }}
{{- if .facts.isFolder }}
- { name: DOORWARD_STORAGE_BASE, value: /var/lib/doorward/sessions }
{{- end }}
{{- range $variable, $key := .values.secret.variables }}
- { name: {{ $variable }}, value: {{ printf "/run/secrets/doorward/%s" $key | quote }} }
{{- end }}
{{- with .values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}
