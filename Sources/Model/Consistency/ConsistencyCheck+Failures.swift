/// What failed and waits for somebody, as `status` tells it.
extension ConsistencyCheck {
    func resourcesAreWell() -> [ConsistencyFinding] {
        failed(rows.servers) + failed(rows.volumes) + failed(rows.snapshots) + failed(rows.serverSnapshots)
    }

    private func failed<Subject: Resource>(_ resources: [Subject]) -> [ConsistencyFinding] {
        resources.compactMap { resource in
            switch resource.state.rawValue {
            case "ERROR_DELETING":
                ConsistencyFinding(.errorDeleting, SystemProblem(resource), revision: resource.header.revision)
            // What should be served and is not is told as just that, and no server is in ERROR for anything else.
            case "ERROR" where Subject.kind != .server && resource.header.failure?.step != "serve":
                ConsistencyFinding(.resourceError, SystemProblem(resource), revision: resource.header.revision)
            default: nil
            }
        }
    }

    func operationsGoOn() -> [ConsistencyFinding] {
        rows.openOperations.filter { $0.state == .stuck }.map {
            ConsistencyFinding(.operationStuck, SystemProblem(stuck: $0), revision: $0.revision)
        }
    }
}
