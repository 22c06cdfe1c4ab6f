// EVMTypesTests: first file lands soon.
