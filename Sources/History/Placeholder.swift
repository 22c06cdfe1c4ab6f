// History: first file lands soon.
