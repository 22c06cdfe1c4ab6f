// AdminAPI: first file lands soon.
