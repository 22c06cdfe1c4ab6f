// NodeClient: first file lands soon.
