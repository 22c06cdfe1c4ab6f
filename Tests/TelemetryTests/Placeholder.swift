// TelemetryTests: first file lands soon.
