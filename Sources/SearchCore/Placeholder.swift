// SearchCore: first file lands soon.
