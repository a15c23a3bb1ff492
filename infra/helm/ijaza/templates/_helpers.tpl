{{- define "ijaza.labels" -}}
app.kubernetes.io/part-of: ijaza
app.kubernetes.io/name: ijaza-{{ .service }}
app.kubernetes.io/component: {{ .component | default "service" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "ijaza.selector" -}}
app.kubernetes.io/name: ijaza-{{ .service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "ijaza.image" -}}
{{ .root.Values.image.registry }}/ijaza-{{ .service }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* Of a pod: nobody, with nothing. */}}
{{- define "ijaza.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Of a container. */}}
{{- define "ijaza.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Whether Kafka asks for a name and a password. */}}
{{- define "ijaza.sasl" -}}
{{- if hasPrefix "SASL" .Values.kafka.security }}yes{{ end -}}
{{- end }}

{{/* Whether Kafka is spoken to encrypted. */}}
{{- define "ijaza.tls" -}}
{{- if hasSuffix "SSL" .Values.kafka.security }}yes{{ end -}}
{{- end }}
