// PathsTests: first file lands soon.
