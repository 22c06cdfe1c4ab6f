// Bundles: first file lands soon.
