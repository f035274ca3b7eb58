/// A process that holds a lock on a layer's file.
public struct LayerHolder: Hashable, Sendable {
    public var processID: Int32
    /// What it calls itself: `qemu-storage-da`.
    public var command: String
    /// It has the file open for writing.
    public var isWriter: Bool
    /// The server that it serves; nil: none that is known here.
    public var server: ServerID?

    public init(processID: Int32, command: String, isWriter: Bool, server: ServerID? = nil) {
        self.processID = processID
        self.command = command
        self.isWriter = isWriter
        self.server = server
    }

    /// For people: `process 123 (qemu-io)`. A process chooses its own name, so only what is plain is told of it.
    public var words: String {
        "process \(processID) (\(String(command.unicodeScalars.filter { (0x21...0x7E).contains($0.value) })))"
    }
}
