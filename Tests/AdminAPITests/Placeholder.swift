// AdminAPITests: first file lands soon.
