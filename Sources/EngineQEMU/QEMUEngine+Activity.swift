public import Engine
internal import Glibc
public import Model

extension QEMUEngine {
    /// QEMU's storage daemon counts nothing for its exports (`query-blockstats` stays zero, tried with 7.2), and does
    /// not tell how a client ended. What can be seen: a write that gives a cluster its place leaves the image's tables
    /// unwritten until a flush, so closing an image that was not flushed changes its file, and closing a flushed one
    /// does not (tried for writes, zeroes, discards, FUA); and a client that ends in the midst of a request leaves a
    /// line in the daemon's log. Not seen: an unflushed write to a cluster that had its place, whose client ends
    /// between two requests.
    public func activity(of layer: LayerID, on server: ServerID) async throws(EngineError) -> LayerActivity {
        let path = layers.path(of: layer)
        return try await BlockingWork.run { [layers, servers] () throws(EngineError) in
            guard let header = try layers.header(of: layer),
                try layers.hasData(Layer(id: layer, size: header.size)), let written = try Self.writeTime(of: path)
            else { return LayerActivity(version: 0) }
            let broken = try Self.timeOfLastBreak(in: servers.directory.log(of: server))
            // Two writes within one tick of the kernel's clock have one time.
            return LayerActivity(
                version: written, isBrokenOff: broken.map { $0 >= written } ?? false,
                isSettled: (Self.now &- written).magnitude >= Self.clockTick)
        }
    }

    /// Twice the grain of the clock that file systems take their times from.
    private static let clockTick: Int64 = {
        var grain = timespec()
        guard clock_getres(CLOCK_REALTIME_COARSE, &grain) == 0 else { return 20_000_000 }
        return 2 * nanoseconds(grain)
    }()

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    private static func writeTime(of path: String) throws(EngineError) -> Int64? {
        try Files.status(of: path).map { nanoseconds($0.st_mtim) }
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(time.tv_nsec)
    }

    /// How the daemon's log says that a client did not take its leave.
    private static let breakMark = "Disconnect client, due to"
    /// Longest log that is looked through, in bytes.
    private static let logByteCount = 64 << 10

    /// When the log was last written, if it tells of a client that broke off; nil: it does not.
    private static func timeOfLastBreak(in log: String) throws(EngineError) -> Int64? {
        guard let status = try Files.status(of: log), status.st_size > 0 else { return nil }
        // What is longer may have told it farther up.
        guard status.st_size <= off_t(logByteCount) else { return nanoseconds(status.st_mtim) }
        let text = String(decoding: try Files.read(log, upTo: logByteCount), as: UTF8.self)
        return text.contains(breakMark) ? nanoseconds(status.st_mtim) : nil
    }
}
