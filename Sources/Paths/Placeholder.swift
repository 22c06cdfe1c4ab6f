// Paths: first file lands soon.
