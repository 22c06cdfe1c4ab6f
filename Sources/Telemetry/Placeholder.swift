// Telemetry: first file lands soon.
