internal import Engine
internal import Model

/// The layer that takes the place of a volume's top, so that the volume holds what a snapshot does.
struct LayerReplacement: Codable, Sendable {
    let volumeID: VolumeID
    /// Over the layer of the snapshot; as large as the volume.
    let layer: Layer
    /// Root first.
    let parents: [Layer]
    /// Of the snapshot.
    let consistency: Consistency
}
