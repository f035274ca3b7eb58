import Foundation
import Glibc
import Synchronization

/// A monitor that says what a test tells it to, to one client.
final class FakeMonitor: Sendable {
    let path: String
    private let listener: Int32
    private let client = Mutex<Int32>(-1)

    static let greeting = #"{"QMP":{"version":{},"capabilities":[]}}"# + "\n"

    /// - Parameter answer: what it sends for each line that it gets, and before the first one (nil); nil: it hangs up.
    init(answer: @escaping @Sendable (String?) -> String?) throws {
        path = "/tmp/hp-\(UInt32.random(in: .min ... .max)).qmp"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { [path] in $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard bound == 0, listen(listener, 1) == 0 else { throw POSIXError(.EIO) }
        Thread { self.serve(answer) }.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        client.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RDWR)) } }
        unlink(path)
    }

    deinit { close(listener) }

    private func serve(_ answer: (String?) -> String?) {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        client.withLock { $0 = descriptor }
        defer {
            client.withLock { client in
                client = -1
                close(descriptor)
            }
        }
        var line: String?
        repeat {
            guard let text = answer(line), send(text, descriptor) else { return }
            line = readLine(descriptor)
        } while line != nil
    }

    private func send(_ text: String, _ descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.isEmpty || Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private func readLine(_ descriptor: Int32) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
