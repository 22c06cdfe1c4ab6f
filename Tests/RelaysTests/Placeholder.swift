// RelaysTests: first file lands soon.
