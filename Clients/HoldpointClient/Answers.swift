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
