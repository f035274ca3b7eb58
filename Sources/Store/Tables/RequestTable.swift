public import Model

/// What a mutation did, remembered so that repeating the request gives the same answer.
public struct RememberedRequest: Sendable, Hashable {
    public let key: RequestKey
    /// Of the request's body without request id, consent and validate_only.
    public let fingerprint: String
    /// The resource that it changed.
    public let targetID: String
    public let operationID: OperationID?
    public let warnings: [Warning]
    /// Of a batch: what became of each part, in order.
    public let parts: [Part]

    /// One part of a batch.
    public struct Part: Sendable, Hashable, Codable {
        /// As it was asked for.
        public let reference: String
        /// Empty: there was no such resource.
        public let targetID: String
        public let operationID: OperationID?
        public let refusal: Refusal?

        public init(reference: String, targetID: String, operationID: OperationID?, refusal: Refusal?) {
            self.reference = reference
            self.targetID = targetID
            self.operationID = operationID
            self.refusal = refusal
        }
    }

    public init(
        key: RequestKey, fingerprint: String, targetID: String, operationID: OperationID?, warnings: [Warning],
        parts: [Part] = []
    ) {
        self.key = key
        self.fingerprint = fingerprint
        self.targetID = targetID
        self.operationID = operationID
        self.warnings = warnings
        self.parts = parts
    }
}

/// The scope in which a request id is unique.
public struct RequestKey: Sendable, Hashable {
    public let principal: String
    public let projectID: ProjectID
    public let method: String
    public let requestID: String

    public init(principal: String, projectID: ProjectID, method: String, requestID: String) {
        self.principal = principal
        self.projectID = projectID
        self.method = method
        self.requestID = requestID
    }

    var values: [StoredValue] {
        [.text(principal), .text(projectID.rawValue), .text(method), .text(requestID)]
    }
}

extension ReadTransaction {
    /// What was done for a request whose id is this one, in lower case.
    ///
    /// Earlier releases kept ids as they came, in practice all in one case: a row in upper case is found too, behind
    /// one in lower case (2026-11; the last such row is forgotten a week after the update).
    public func remembered(_ key: RequestKey) throws -> RememberedRequest? {
        try rows(
            """
            SELECT fingerprint, target_id, operation_id, warnings, parts FROM request
            WHERE principal = ? AND project_id = ? AND method = ? AND request_id IN (?, ?)
            ORDER BY request_id DESC LIMIT 1
            """, key.values + [.text(key.requestID.uppercased())]
        ) { row in
            RememberedRequest(
                key: key, fingerprint: try row.text(0), targetID: try row.text(1), operationID: try row.optionalID(2),
                warnings: try JSONColumn.value([Warning].self, try row.text(3)),
                parts: try row.optionalText(4).map { try JSONColumn.value([RememberedRequest.Part].self, $0) } ?? [])
        }.first
    }
}

extension WriteTransaction {
    public func remember(_ request: RememberedRequest, at time: Timestamp) throws {
        try execute(
            """
            INSERT INTO request (principal, project_id, method, request_id, fingerprint, target_id, operation_id,
                warnings, parts, time, age_milliseconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(StoreAge.expression))
            """,
            request.key.values + [
                .text(request.fingerprint), .text(request.targetID), .id(request.operationID),
                .text(try JSONColumn.text(request.warnings)),
                .optional(request.parts.isEmpty ? nil : try JSONColumn.text(request.parts)),
                .integer(time.millisecondsSinceEpoch),
            ])
    }

    /// Forgets the request that an operation was accepted for.
    ///
    /// - Parameter method: the one by which it was asked for.
    public func forgetRequest(of operation: Operation, method: String) throws {
        let key = RequestKey(
            principal: operation.principal, projectID: operation.projectID, method: method,
            requestID: operation.requestID)
        try execute(
            """
            DELETE FROM request WHERE principal = ? AND project_id = ? AND method = ? AND request_id = ?
                AND operation_id = ?
            """, key.values + [.id(operation.id)])
    }
}
