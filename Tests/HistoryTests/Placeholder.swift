// HistoryTests: first file lands soon.
