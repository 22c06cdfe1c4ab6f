// NodeServices: first file lands soon.
