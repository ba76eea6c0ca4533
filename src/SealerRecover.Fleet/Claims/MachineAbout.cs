using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using SealerRecover.Recovery.Bench;

namespace SealerRecover.Fleet.Claims;

/// <summary>What a worker tells of its machine with each sign of life. What it does not know is null.</summary>
public sealed record MachineAbout : MachineReading
{
    /// <summary>Nothing is known of it.</summary>
    public MachineAbout()
    {
    }

    /// <summary>What it has is known.</summary>
    public MachineAbout(MachineReading reading)
        : base(reading)
    {
    }

    /// <summary>What was built that runs there.</summary>
    public string? Version { get; init; }

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

    /// <summary>What part of a sector's time its labels are, 0 to 1, by its plan of what it has or had last; trees are the rest.</summary>
    public double? LabelShare { get; init; }

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
