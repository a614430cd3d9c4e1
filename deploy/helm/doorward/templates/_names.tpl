{{- define "doorward.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 55 characters, so that "-metrics" fits. */}}
{{- define "doorward.fullname" -}}
{{- $name := include "doorward.name" . -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $full | trunc 55 | trimSuffix "-" -}}
{{- end -}}

{{- define "doorward.selectorLabels" -}}
app.kubernetes.io/name: {{ include "doorward.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "doorward.labels" -}}
{{ include "doorward.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "doorward.metadata" -}}
name: {{ include "doorward.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "doorward.labels" . | nindent 2 }}
{{- end -}}

{{- define "doorward.secretName" -}}
{{- .Values.secret.existing | default (include "doorward.fullname" .) -}}
{{- end -}}
