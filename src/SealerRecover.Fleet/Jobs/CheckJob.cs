using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Fleet.Jobs;

/// <summary>How files are looked at.</summary>
public enum CheckKind
{
    /// <summary>Whether they are what the sectors have on chain, and what repairs them.</summary>
    Survey,

    /// <summary>Whether they would pass window PoSt.</summary>
    Verify,
}

/// <summary>How much of a sector's files a survey reads, in the words of the survey command; the default is its default.</summary>
/// <param name="Quick">Only the upper rows of tree_r_last files.</param>
/// <param name="Deep">Replicas and unsealed copies, too.</param>
/// <param name="Sample">Of each replica only so many random stretches; null for all of it.</param>
public readonly record struct CheckReading(bool Quick, bool Deep, int? Sample);

/// <summary>
/// A look at sectors in one storage path, of one partition where it is a verification, with all that a worker has to know of it by value. Small beside
/// a sector's job: it takes no memory, and what it finds is kept.
/// </summary>
/// <param name="Kind">How.</param>
/// <param name="Place">The storage path, by its name on the worker.</param>
/// <param name="Sectors">Of one miner; those of which the path holds nothing are passed over. At least one.</param>
public sealed record CheckJob(CheckKind Kind, string Place, IReadOnlyList<SectorFacts> Sectors)
{
    /// <summary>The latest form that is known here, counted on from that of sectors' jobs; a worker leaves those of a later one.</summary>
    public const int Form = 3;

    /// <summary>The form of those that say nothing of how much is read.</summary>
    private const int WithoutReading = 2;

    /// <summary>How much a survey reads.</summary>
    public CheckReading Reading { get; init; }

    /// <summary>The earliest form that says it: workers of an older build take what they understand.</summary>
    public int WrittenIn => Reading == default ? WithoutReading : Form;

    /// <summary>The deadline whose sectors are verified; null where nobody told, and of a survey.</summary>
    public int? Deadline { get; init; }

    /// <summary>The partition in it.</summary>
    public int? Partition { get; init; }

    /// <summary>Whose sectors.</summary>
    public ActorId Miner => Sectors[0].Sector.Miner;

    /// <summary>What tells it from others of its kind at its place: "3/1", or nothing.</summary>
    internal string Part => Deadline is { } deadline ? string.Create(CultureInfo.InvariantCulture, $"{deadline}/{Partition ?? 0}") : "";

    /// <summary>As it is kept.</summary>
    public string Write() => JsonSerializer.Serialize(
        new CheckText(
            Kind, Place, Deadline, Partition, MetadataFile.Text(new RecoveryMetadata(Miner, Sectors[0].SealProof.SectorSize, [.. Sectors])), Reading == default ? null : Reading),
        CheckJson.Default.CheckText);

    /// <summary>Reads one of this form.</summary>
    /// <exception cref="OperatorException">BadInput: it is none.</exception>
    public static CheckJob Read(string text)
    {
        try
        {
            CheckText job = JsonSerializer.Deserialize(text, CheckJson.Default.CheckText)!;
            return new CheckJob(job.Kind, job.Place, MetadataFile.Parse("the job", job.Metadata).Sectors)
            {
                Deadline = job.Deadline,
                Partition = job.Partition,
                Reading = job.Reading ?? default,
            };
        }
        catch (JsonException damaged)
        {
            throw new OperatorException(FailureKind.BadInput, $"a job of the fleet cannot be read ({damaged.Message})", "submit it again.", damaged);
        }
    }
}

/// <summary>A sector that is not as it should be.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Text">What is wrong, in English.</param>
public sealed record CheckedDamage(ulong Number, string Text);

/// <summary>What a check found.</summary>
/// <param name="Good">Sectors that nothing speaks against.</param>
/// <param name="Absent">Sectors of which the storage path holds nothing.</param>
/// <param name="Damaged">The others.</param>
public sealed record CheckReport(int Good, int Absent, ImmutableArray<CheckedDamage> Damaged)
{
    /// <summary>Nothing was looked at.</summary>
    public static CheckReport Nothing { get; } = new(0, 0, []);

    /// <summary>
    /// The chance, 0 to 1, that damage of any one block of 4 KiB of a replica would have been met, of the good sector of which it is least; null
    /// where none is good.
    /// </summary>
    public double? BlockChance { get; init; }

    /// <summary>As it is kept.</summary>
    internal string Write() => JsonSerializer.Serialize(this, CheckJson.Default.CheckReport);

    /// <summary>Reads it; nothing of what cannot be read.</summary>
    internal static CheckReport Read(string? text)
    {
        try
        {
            return text is null ? Nothing : JsonSerializer.Deserialize(text, CheckJson.Default.CheckReport)!;
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }
}

/// <summary>A check's JSON.</summary>
internal sealed record CheckText(CheckKind Kind, string Place, int? Deadline, int? Partition, string Metadata, CheckReading? Reading);

/// <summary>Knows it without reflection.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckText))]
[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CheckJson : JsonSerializerContext;
