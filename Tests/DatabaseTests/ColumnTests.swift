import Database
import Testing

@Suite struct ColumnTests {
    @Test func theForkCacheHasColumns() { #expect(!RocksDatabase.Column.ofCache.isEmpty) }
}
