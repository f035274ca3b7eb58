internal import Engine
internal import Model

/// Proves by `qemu-img` that layers are sound and that their data can be read.
///
/// It takes no lock on any image, so that nobody who opens one meanwhile is refused; what it says of an image that was
/// opened for writing meanwhile means nothing.
struct LayerProof {
    let layers: LayerStore
    let limits: QEMULimits

    /// Reads this slow would be a disk that does not work.
    private static let slowestBytesPerSecond: Int64 = 1 << 20
    /// Exit code of `qemu-img check` for clusters that nothing refers to: a killed writer leaves them; no damage.
    private static let leaks: Int32 = 3

    /// `qemu-img check` of one layer by itself.
    ///
    /// - Throws: `.damaged`.
    func checkTables(of id: LayerID) throws(EngineError) {
        try proving("\(id) is damaged") { () throws(EngineError) in
            _ = try ChildProcess.run(
                QEMUEngine.imageProgram, ["check", "-q", node(id, backing: .null)], in: layers.folder,
                deadline: try deadline([id]), accepting: [0, Self.leaks])
        }
    }

    /// Reads every byte that a chain holds.
    ///
    /// - Throws: `.damaged`.
    func readAll(_ chain: [Layer]) throws(EngineError) {
        guard let top = chain.last else { return }
        var backing = JSONValue.null
        for layer in chain.dropLast() { backing = description(layer.id, backing: backing) }
        let source = node(top.id, backing: backing)
        try proving("the data of \(top.id) cannot be read") { () throws(EngineError) in
            // Nothing is written anywhere: the target forgets what it gets.
            _ = try ChildProcess.run(
                QEMUEngine.imageProgram,
                [
                    "convert", "-q", "-n", "-m", "1", "--target-image-opts", source,
                    "driver=null-co,size=\(top.size.bytes)",
                ],
                in: layers.folder, deadline: try deadline(chain.map(\.id)))
        }
    }

    private func node(_ id: LayerID, backing: JSONValue) -> String {
        "json:" + String(decoding: description(id, backing: backing).line ?? [], as: UTF8.self)
    }

    private func description(_ id: LayerID, backing: JSONValue) -> JSONValue {
        [
            "driver": "qcow2", "read-only": true, "backing": backing,
            "file": [
                "driver": "file", "read-only": true, "locking": "off", "filename": .string(LayerStore.fileName(of: id)),
            ],
        ]
    }

    private func deadline(_ ids: [LayerID]) throws(EngineError) -> Duration {
        let bytes = try layers.usage(of: ids).values.reduce(ByteCount.zero, +)
        return limits.stopDeadline + .seconds(bytes.bytes / Self.slowestBytesPerSecond)
    }

    private func proving(_ failure: String, _ body: () throws(EngineError) -> Void) throws(EngineError) {
        do {
            try body()
        } catch  where error.reason == .failed {
            throw EngineError(.damaged, "\(failure): \(error.message)")
        }
    }
}
