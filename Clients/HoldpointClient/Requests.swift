/// A mutation that can be checked without being made.
public protocol ChangeRequest: MutationMessage {
    /// Check everything, change nothing.
    var validateOnly: Bool { get set }
}

/// A mutation that makes a resource.
public protocol CreationRequest: ChangeRequest {
    /// One of that name that is equal already is success; the server decides.
    var ifAbsent: Bool { get set }
}

/// A mutation that may destroy data, and then needs its caller's consent.
public protocol ConsentedRequest: ChangeRequest {
    var consent: Consent? { get set }
}

extension CreateServerRequest: CreationRequest {}
extension UpdateServerRequest: ChangeRequest {}
extension DeleteServerRequest: ChangeRequest {}
extension CreateVolumeRequest: CreationRequest {}
extension UpdateVolumeRequest: ChangeRequest {}
extension DeleteVolumeRequest: ChangeRequest {}
extension ResizeVolumeRequest: ChangeRequest {}
extension AttachVolumeRequest: ChangeRequest {}
extension CreateSnapshotRequest: CreationRequest {}
extension UpdateSnapshotRequest: ChangeRequest {}
extension DeleteSnapshotRequest: ChangeRequest {}
extension CreateServerSnapshotRequest: CreationRequest {}
extension UpdateServerSnapshotRequest: ChangeRequest {}
extension DeleteServerSnapshotRequest: ChangeRequest {}
extension BatchDeleteSnapshotsRequest: ChangeRequest {}
extension ExecutePlanRequest: ConsentedRequest {}
extension StartServerRequest: ChangeRequest {}
extension StopServerRequest: ConsentedRequest {}
extension DetachVolumeRequest: ConsentedRequest {}
extension RevertVolumeRequest: ConsentedRequest {}
extension RevertServerRequest: ConsentedRequest {}
extension ResolveFailureRequest: ConsentedRequest {}
extension AdoptLayerRequest: ChangeRequest {}
extension DiscardLayerRequest: ConsentedRequest {}

/// The answer to a mutation that leaves a resource.
public protocol ResourceAnswer: ProtobufMessage {
    associatedtype Resource: HoldpointResource

    /// As it is after the mutation was accepted.
    var resource: Resource? { get }
    /// What is under way; nil: the change is done.
    var operation: Operation? { get }
    var warnings: [Warning] { get }
}

extension ServerAnswer: ResourceAnswer {
    public var resource: Server? { server }
}

extension VolumeAnswer: ResourceAnswer {
    public var resource: Volume? { volume }
}

extension AdoptLayerAnswer: ResourceAnswer {
    public var resource: Volume? { volume }
}

extension SnapshotAnswer: ResourceAnswer {
    public var resource: VolumeSnapshot? { snapshot }
}

extension ServerSnapshotAnswer: ResourceAnswer {
    public var resource: ServerSnapshot? { serverSnapshot }
}
