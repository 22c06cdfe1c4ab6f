/// Takes frames off a stream, a small one with one system call. What was read beyond a frame waits for the next.
///
/// Used by one thread at a time. Holds at most one frame (`SignerFrame.bytesMax`) and one chunk.
struct FrameReader {
    /// How much is read at once: a request to sign a bundle's transaction fits.
    private static let chunk = 4_096

    private var kept: [UInt8] = []

    enum Reading {
        case frame(SignerFrame)
        /// Nothing has begun to arrive in the time given.
        case nothing
        case malformed
        /// The stream has ended, or a begun frame was not whole in time.
        case ended
    }

    /// The next frame. Waits `first` milliseconds for its first byte, and no longer than `whole` for all of it from
    /// then on. The length is checked before anything is allocated for it.
    mutating func next(_ stream: borrowing UnixStream, first: Int32, whole: Int32) -> Reading {
        var end: UInt64 = kept.isEmpty ? 0 : UnixStream.milliseconds() + UInt64(whole)
        while true {
            var room = FrameReader.chunk
            if kept.count >= 4 {
                let length = Int(SignerFrame.number(kept[0..<4]))
                guard (SignerFrame.headBytes...SignerFrame.bytesMax).contains(length) else { return .malformed }
                if kept.count >= 4 + length {
                    let frame = SignerFrame(kept[4..<4 + length])
                    kept.removeFirst(4 + length)
                    return frame.map { .frame($0) } ?? .malformed
                }
                room = 4 + length - kept.count
            }
            let left = end == 0 ? first : Int32(clamping: Int64(end) - Int64(UnixStream.milliseconds()))
            if end > 0, left <= 0 { return .ended }
            switch stream.receive(room, within: left) {
            case .ended: return .ended
            case .nothing: return end == 0 ? .nothing : .ended
            case .bytes(let bytes):
                if end == 0 { end = UnixStream.milliseconds() + UInt64(whole) }
                kept += bytes
            }
        }
    }
}
