// NodeServicesTests: first file lands soon.
