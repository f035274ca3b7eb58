/// Something among the layers that is none, as its engine tells it.
public struct Stray: Hashable, Sendable {
    /// By what the engine finds it again; no two strays have the same.
    public let id: String
    /// What people are told.
    public let name: String
    /// What it is, for people: `link`.
    public let what: String
    /// The same of one that stands in a layer's place: `a link in its place`.
    public let inPlace: String
    /// The layer that it would be, by its name.
    public let layerID: LayerID?
    /// The engine can move it out of the way.
    public let isMovable: Bool

    public init(id: String, name: String, what: String, inPlace: String, layerID: LayerID?, isMovable: Bool) {
        self.id = id
        self.name = name
        self.what = what
        self.inPlace = inPlace
        self.layerID = layerID
        self.isMovable = isMovable
    }
}
