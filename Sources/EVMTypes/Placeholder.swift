// EVMTypes: first file lands soon.
