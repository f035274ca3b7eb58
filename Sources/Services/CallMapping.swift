internal import Access
internal import Crypto
internal import Foundation
internal import HoldpointMessages
internal import HoldpointRPC
internal import Manager
internal import Model
internal import ProtobufC

extension CallContext {
    var call: Call {
        // The transport lets nobody without a principal reach a method that needs one.
        Call(principal: caller.principal ?? "", source: caller.source, project: caller.project, deadline: deadline)
    }

    /// A change, with the fingerprint of its body.
    func mutation(_ request: some ChangeRequest) throws -> Mutation {
        let body = try request.fingerprinted.serialized()
        return Mutation(
            call: call, method: method, requestID: request.requestID,
            fingerprint: SHA256.hash(data: body).hexadecimal, validateOnly: request.validateOnly,
            needsConsent: request.needsConsent,
            consent: (request as? any ConsentedRequest)?.consent.map { Manager.Consent($0) })
    }
}

extension Manager.Consent {
    init(_ consent: HoldpointMessages.Consent) {
        self.init(acknowledged: consent.acknowledged, password: Password(consent.password))
    }
}

extension AttributeUpdate {
    /// The fields of an update that its mask names.
    ///
    /// - Throws: `INVALID_ARGUMENT` for a mask that is empty or names what cannot be changed.
    init(_ mask: FieldMask?, _ message: (some ResourceMessage)?) throws(Refusal) {
        self.init()
        guard let message, let paths = mask?.paths, !paths.isEmpty else {
            throw .invalid(
                field: "update_mask", "an update names the fields to change in update_mask, and their values")
        }
        for path in paths {
            switch path {
            case "name": name = message.name
            case "description": description = message.description
            case "labels": labels = message.labels
            case "deletion_protection", "deletionProtection": deletionProtection = message.deletionProtection
            default:
                throw .invalid(
                    field: "update_mask",
                    "\"\(path)\" cannot be changed; name, description, labels and deletion_protection can")
            }
        }
    }
}

extension ListRequest {
    var query: ListQuery {
        ListQuery(pageSize: Int(pageSize), pageToken: pageToken, filter: filter, orderBy: orderBy)
    }
}

extension DeleteAnswer {
    init(_ answer: MutationAnswer<some Sendable>) {
        self.init()
        operation = answer.operation.map { HoldpointMessages.Operation($0) }
        warnings = answer.warnings.map { HoldpointMessages.Warning($0) }
    }

    /// Runs a deletion; where that is wished, what does not exist is deleted already.
    static func of<Target: Sendable>(
        allowMissing: Bool, _ delete: () async throws -> MutationAnswer<Target>
    ) async throws -> DeleteAnswer {
        do {
            return DeleteAnswer(try await delete())
        } catch let refusal as Refusal where refusal.reason == .notFound && allowMissing {
            return DeleteAnswer()
        }
    }
}
