namespace SealerRecover.Rendering;

/// <summary>What holds and where it is from.</summary>
internal sealed record JsonConfig(IReadOnlyList<JsonConfigFile> ConfigFiles, IReadOnlyList<JsonConfigValue> Values) : JsonLine;

/// <summary>A configuration file that is looked for.</summary>
internal sealed record JsonConfigFile(string Path, bool Read);

/// <summary>One value.</summary>
internal sealed record JsonConfigValue(string Key, string? Value, ConfigLayer From, string? Where);
