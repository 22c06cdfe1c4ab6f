// BundlesTests: first file lands soon.
