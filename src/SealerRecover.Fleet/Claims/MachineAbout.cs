using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SealerRecover.Fleet.Claims;

/// <summary>What a worker tells of its machine with each sign of life. What it does not know is null.</summary>
public sealed record MachineAbout
{
    /// <summary>What was built that runs there.</summary>
    public string? Version { get; init; }

    /// <summary>Its processor's name.</summary>
    public string? Processor { get; init; }

    /// <summary>Cores that it may use.</summary>
    public int? Cores { get; init; }

    /// <summary>How busy they are, 0 to 1.</summary>
    public double? Busy { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Of it, what can be had.</summary>
    public long? MemoryAvailable { get; init; }

    /// <summary>Bytes of the disk with the temporary folder.</summary>
    public long? Disk { get; init; }

    /// <summary>Of it, what can be had.</summary>
    public long? DiskAvailable { get; init; }

    /// <summary>Its cards, by name.</summary>
    public ImmutableArray<string>? Gpus { get; init; }

    /// <summary>Labels a second over all its sectors; null where it labels none.</summary>
    public double? LabelRate { get; init; }

    /// <summary>Labels a second that so many sectors at once should come to here, by its plan.</summary>
    public double? LabelRateExpected { get; init; }

    /// <summary>Bytes of sectors that it brings back a second: as it did lately, or by its plan while it has not brought back any.</summary>
    public double? Pace { get; init; }

    /// <summary>Whether that is as it did.</summary>
    public bool? PaceMeasured { get; init; }

    /// <summary>The address at which its own page is.</summary>
    public string? Url { get; init; }

    /// <summary>As it is kept.</summary>
    internal string Write() => JsonSerializer.Serialize(this, AboutJson.Default.MachineAbout);

    /// <summary>Reads what is kept; null for what cannot be read, which a newer worker may have written.</summary>
    internal static MachineAbout? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AboutJson.Default.MachineAbout);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Knows it without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MachineAbout))]
internal sealed partial class AboutJson : JsonSerializerContext;
