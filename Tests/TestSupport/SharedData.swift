public import Foundation

/// Where the recorded data of other people lies, on machines that have it (development and CI).
///
/// Tests that read it call `SharedData.path` and return early, with one printed line, when the folder is absent:
/// the product's own vectors under `Tests/Vectors` are always there.
public enum SharedData {
    /// The folder `shared`: `$MARTLET_SHARED`, else `../shared` beside the checkout; nil when neither exists.
    public static let root: URL? = {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["MARTLET_SHARED"].map { URL(fileURLWithPath: $0) }
        let candidates = [named, here.deletingLastPathComponent().appendingPathComponent("shared")].compactMap(\.self)
        return candidates.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("data").path) }
    }()

    /// The URL of `relative` below the shared folder, or nil after printing that `test` is skipped and why.
    public static func path(_ relative: String, for test: String = #function) -> URL? {
        if let url = root?.appendingPathComponent(relative), FileManager.default.fileExists(atPath: url.path) {
            return url
        }
        print(
            "skipped: \(test) needs shared/\(relative), which is not here (MARTLET_SHARED names the folder)"
        )
        return nil
    }

    /// The bytes of a file below the shared folder, gunzipped when its name ends in `.gz`; nil as `path` says.
    public static func data(_ relative: String, for test: String = #function) throws -> Data? {
        guard let url = path(relative, for: test) else { return nil }
        guard url.pathExtension == "gz" else { return try Data(contentsOf: url) }
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", url.path]
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return bytes
    }
}
