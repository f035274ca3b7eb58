import HoldpointClient

/// Several snapshots go with one call and one consent.
extension VolumeSnapshot {
    /// More are deleted by several calls.
    static let deletionsPerCall = 100

    static func delete(
        _ ids: [String], _ consent: Consent?, _ deletion: Deletion<VolumeSnapshot>, _ results: inout DeletionResults
    ) async {
        guard ids.count > 1 else { return await deletion.deleteOneByOne(ids, consent, &results) }
        for start in stride(from: 0, to: ids.count, by: deletionsPerCall) {
            await deletion.deleteTogether(Array(ids[start...].prefix(deletionsPerCall)), consent, &results)
        }
    }
}

extension Deletion<VolumeSnapshot> {
    fileprivate func deleteTogether(_ ids: [String], _ consent: Consent?, _ results: inout DeletionResults) async {
        guard let answers = await answers(ids, consent, &results) else { return }
        for (id, answer) in zip(ids, answers) {
            let busy = answer.error.flatMap { RPCError(status: $0).busyOperationID }
            if busy != nil, session.settings.waitsWhileBusy {
                // A batch is answered at once: what is busy in it is waited for alone.
                await deleteOneByOne([id], consent, &results)
                continue
            }
            let session = session.named(what([id]))
            await results.attempt(session.what, explain: { failure(id, $0) }) {
                if let error = answer.error { throw RPCError(status: error) }
                return try await session.deleted(subject(id), DeleteAnswer(operation: answer.operation))
            }
        }
    }

    /// An answer for each; nil: the call failed, and that is all of them.
    private func answers(
        _ ids: [String], _ consent: Consent?, _ results: inout DeletionResults
    ) async -> [SnapshotDeletion]? {
        var session = session.named(what(ids))
        session.again = [Item.noun, "delete"] + ids + self.consent.arguments
        let request = BatchDeleteSnapshotsRequest(
            snapshots: ids, consent: consent, allowMissing: session.settings.ignoreMissing)
        do {
            let answer = try await session.send(request) { [session] request, options throws(RPCError) in
                try await session.client.snapshots.batchDeleteSnapshots(request, options: options)
            }
            guard answer.results.count == ids.count else {
                throw RPCError(.internal, "the server answered \(answer.results.count) results for \(ids.count)")
            }
            return answer.results
        } catch {
            results.fail(CommandFailure(session.what, error))
            return nil
        }
    }
}
