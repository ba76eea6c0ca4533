using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Fleet.Jobs;

/// <summary>What is done with a sector.</summary>
public enum JobKind
{
    /// <summary>It is made anew, into the worker's result folder.</summary>
    Recover,

    /// <summary>It is mended in the worker's storage paths, from what is left there.</summary>
    Repair,
}

/// <summary>One sector's job, with all that a worker has to know of it by value: it needs no chain node and no file of the machine that submitted it.</summary>
/// <param name="Facts">What is known of the sector, as a metadata file keeps it.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Place">The folder, by its name on the worker, that the result goes to; null for whichever the worker has.</param>
public sealed record SectorJob(SectorFacts Facts, JobKind Kind, string? Place)
{
    /// <summary>The latest form that is known here; a worker leaves those of a later one.</summary>
    public const int Form = 2;

    /// <summary>The form of those that say nothing of where pieces are.</summary>
    private const int WithoutPieces = 1;

    /// <summary>Where pieces are beside where the worker knows them to be, as a piece source is written; a place that it does not have is passed over.</summary>
    public ImmutableArray<string> PieceSources { get; init; } = [];

    /// <summary>The earliest form that says it: workers of an older build take what they understand.</summary>
    public int WrittenIn => PieceSources.IsEmpty ? WithoutPieces : Form;

    /// <summary>The job as it is kept.</summary>
    public string Write() => JsonSerializer.Serialize(
        new JobText(
            Kind, Place, MetadataFile.Text(new RecoveryMetadata(Facts.Sector.Miner, Facts.SealProof.SectorSize, [Facts])), PieceSources.IsEmpty ? null : PieceSources),
        JobJson.Default.JobText);

    /// <summary>Reads a job of this form.</summary>
    /// <exception cref="OperatorException">BadInput: it is none.</exception>
    public static SectorJob Read(string text)
    {
        try
        {
            JobText job = JsonSerializer.Deserialize(text, JobJson.Default.JobText)!;
            return new SectorJob(MetadataFile.Parse("the job", job.Metadata).Sectors[0], job.Kind, job.Place) { PieceSources = job.PieceSources ?? [] };
        }
        catch (JsonException damaged)
        {
            throw new OperatorException(FailureKind.BadInput, $"a job of the fleet cannot be read ({damaged.Message})", "cancel it and submit the sector again.", damaged);
        }
    }
}

/// <summary>A job's JSON.</summary>
internal sealed record JobText(JobKind Kind, string? Place, string Metadata, ImmutableArray<string>? PieceSources);

/// <summary>Knows it without reflection.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobText))]
internal sealed partial class JobJson : JsonSerializerContext;
