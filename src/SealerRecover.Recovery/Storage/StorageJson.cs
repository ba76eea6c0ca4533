using System.Text.Json.Serialization;

namespace SealerRecover.Recovery.Storage;

/// <summary>Readers of sectorstore.json and storage.json, generated at build time. Unknown fields are skipped; one of another type is an error.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNameCaseInsensitive = true, MaxDepth = 16)]
[JsonSerializable(typeof(SectorStore))]
[JsonSerializable(typeof(StorageConfig))]
internal sealed partial class StorageJson : JsonSerializerContext;

/// <summary>A storage.json.</summary>
internal sealed record StorageConfig(IReadOnlyList<StorageConfigPath?>? StoragePaths);

/// <summary>An entry of it.</summary>
internal sealed record StorageConfigPath(string? Path);
