using System.Text.Json.Serialization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Site;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Unsealing;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Rendering;

// The objects that --json prints, one a line. docs/commands documents every field; a test compares the two. Fields are added, never
// renamed or removed. Fields that are null are left out.

/// <summary>One object: what happened, which is its type, and when.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(JsonBench), "bench")]
[JsonDerivedType(typeof(JsonCommit1), "commit1")]
[JsonDerivedType(typeof(JsonCommp), "commp")]
[JsonDerivedType(typeof(JsonConfig), "config")]
[JsonDerivedType(typeof(JsonDiagnosis), "diagnosis")]
[JsonDerivedType(typeof(JsonDeclared), "declared")]
[JsonDerivedType(typeof(JsonHealPlan), "heal_plan")]
[JsonDerivedType(typeof(JsonDoctor), "doctor")]
[JsonDerivedType(typeof(JsonKernels), "kernels")]
[JsonDerivedType(typeof(JsonLatency), "latency")]
[JsonDerivedType(typeof(JsonNote), "note")]
[JsonDerivedType(typeof(JsonPieceProgress), "piece_progress")]
[JsonDerivedType(typeof(JsonPieces), "pieces")]
[JsonDerivedType(typeof(JsonPlan), "plan")]
[JsonDerivedType(typeof(JsonProgress), "progress")]
[JsonDerivedType(typeof(JsonReconciliation), "reconciliation")]
[JsonDerivedType(typeof(JsonRepairs), "repairs")]
[JsonDerivedType(typeof(JsonReport), "report")]
[JsonDerivedType(typeof(JsonRun), "run")]
[JsonDerivedType(typeof(JsonScrub), "scrub")]
[JsonDerivedType(typeof(JsonSectorEnded), "sector_ended")]
[JsonDerivedType(typeof(JsonSectorFound), "sector_found")]
[JsonDerivedType(typeof(JsonSectorStarted), "sector_started")]
[JsonDerivedType(typeof(JsonServing), "serving")]
[JsonDerivedType(typeof(JsonSite), "site")]
[JsonDerivedType(typeof(JsonStorage), "storage")]
[JsonDerivedType(typeof(JsonSurvey), "survey")]
[JsonDerivedType(typeof(JsonUnsealedPieces), "unsealed_pieces")]
[JsonDerivedType(typeof(JsonUnsealPieces), "unseal_pieces")]
[JsonDerivedType(typeof(JsonUnsealPlan), "unseal_plan")]
[JsonDerivedType(typeof(JsonVerification), "verification")]
[JsonDerivedType(typeof(JsonWorth), "worth")]
internal abstract record JsonLine
{
    /// <summary>UTC.</summary>
    [JsonPropertyOrder(-1)]
    public string Time { get; init; } = "";

    /// <summary>The same, told at <paramref name="time"/>.</summary>
    public virtual JsonLine At(string time) => this with { Time = time };
}

/// <summary>A sector.</summary>
internal sealed record JsonSector(string Miner, ulong Number)
{
    /// <summary>Of an id.</summary>
    public static JsonSector Of(SectorId sector) => new(sector.Miner.ToString(), sector.Number);

    /// <summary>Of an id where there is one.</summary>
    public static JsonSector? Of(SectorId? sector) => sector is { } known ? Of(known) : null;
}

/// <summary>A sentence.</summary>
internal sealed record JsonNote(string Text, JsonSector? Sector = null) : JsonLine;

/// <summary>What the chain, or the metadata file, says about a sector.</summary>
internal sealed record JsonSectorFound(
    JsonSector Sector,
    int SealProof,
    string SealProofName,
    long SectorSize,
    string Ticket,
    long? TicketEpoch,
    string SealedCid,
    SectorState? State,
    long? ProveBeforeEpoch,
    string? ProveBefore,
    int? Deadline,
    string? DeadlineOpens,
    string? FaultTerminates,
    string? SectorKeyCid,
    string? CommD,
    int? PieceCount,
    string? PiecesFrom,
    IReadOnlyList<JsonFact>? Facts) : JsonLine;

/// <summary>Who told a fact, and how it was cross-checked.</summary>
internal sealed record JsonFact(string Fact, IReadOnlyList<string> ToldBy, string? CrossCheck, bool Verified);

/// <summary>The work about to start.</summary>
internal sealed record JsonPlan(
    IReadOnlyList<JsonSector> Sectors,
    string ResultFolder,
    string TempFolder,
    string ParentCacheFolder,
    int Parallel,
    int Threads,
    bool KeepAll,
    IReadOnlyDictionary<string, string>? Kernels,
    JsonCores? Cores,
    string? CoresInWords,
    IReadOnlyList<JsonResource> Resources,
    bool KeepUnsealed,
    IReadOnlyList<string>? PieceSources,
    IReadOnlyList<JsonPlanPiece>? Pieces) : JsonLine;

/// <summary>A piece that is needed, and where it seems to be.</summary>
internal sealed record JsonPlanPiece(JsonSector Sector, string PieceCid, long PaddedSize, string? SeenAt, bool Missing);

/// <summary>What is being done for a piece.</summary>
internal sealed record JsonPieceProgress(
    JsonSector Sector, string PieceCid, PieceActivity Activity, long Done, long Total, string? From) : JsonLine;

/// <summary>How cores are divided.</summary>
/// <param name="Cores">All of them.</param>
/// <param name="SectorsAtOnce">Sectors in PreCommit1 at once.</param>
/// <param name="LabelThreads">Threads that label, a core each.</param>
/// <param name="SectorsTogether">Sectors side by side on one of them, at most.</param>
/// <param name="Kernels">The kernels of the first of them.</param>
/// <param name="LookAheadThreads">Threads that look ahead, a core each.</param>
/// <param name="FreeCores">What is left for trees while all label.</param>
/// <param name="LabelCpus">The CPU each label thread keeps to; null where it is left to the system.</param>
/// <param name="LookAheadCpus">Likewise for look-ahead threads.</param>
internal sealed record JsonCores(
    int Cores,
    int SectorsAtOnce,
    int LabelThreads,
    int SectorsTogether,
    IReadOnlyList<string> Kernels,
    int LookAheadThreads,
    int FreeCores,
    IReadOnlyList<int>? LabelCpus,
    IReadOnlyList<int>? LookAheadCpus)
{
    /// <summary>Of a plan.</summary>
    public static JsonCores Of(CorePlan plan) => new(
        plan.Cores,
        plan.AtOnce,
        plan.Seats.Length,
        plan.Seats.Max(seat => seat.Sectors),
        [.. plan.Seats[0].Kernels.Select(kernel => kernel.Kernel)],
        plan.LookAheadThreads,
        plan.FreeCores,
        plan.IsPinned ? [.. plan.Seats.Select(seat => seat.Cores!.Hasher!.Value)] : null,
        plan.IsPinned ? [.. plan.Seats.SelectMany(seat => seat.Cores!.LookAhead)] : null);
}

/// <summary>One line of the plan's resources.</summary>
internal sealed record JsonResource(string What, Unit Unit, long Needed, long? Available, bool Suffices);

/// <summary>A sector's work starts.</summary>
internal sealed record JsonSectorStarted(JsonSector Sector, bool Resumed) : JsonLine;

/// <summary>How far a phase is.</summary>
internal sealed record JsonProgress(
    JsonSector? Sector,
    string Phase,
    int Step,
    int Steps,
    long Done,
    long Total,
    Unit Unit,
    double? Rate,
    double? SecondsLeft) : JsonLine
{
    /// <summary>Of a search: where it is.</summary>
    public long? Epoch { get; init; }

    /// <summary>Of a search: for how many others the same is done meanwhile.</summary>
    public int? OtherSectors { get; init; }

    /// <summary>Of a search: whether the archive node is asked.</summary>
    public bool? ArchiveNode { get; init; }
}

/// <summary>A sector ended; also in a report, where it is told what it is, too.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(JsonSectorEnded), "sector_ended")]
#pragma warning disable CA1852 // What is sealed tells no type.
internal record JsonSectorEnded(
#pragma warning restore CA1852
    JsonSector Sector,
    SectorResult Result,
    string? SealedCid,
    string? CommD,
    string? CommR,
    string? CommC,
    string? CommRLast,
    IReadOnlyList<string> Files,
    double Seconds,
    int? ProvenNodes,
    double? BlockChance,
    JsonFailure? Failure) : JsonLine;

/// <summary>Why something failed.</summary>
internal sealed record JsonFailure(
    int ExitCode,
    string ExitName,
    string Message,
    string Hint,
    IReadOnlyDictionary<string, string>? Evidence,
    IReadOnlyList<string>? LikelyCauses,
    IReadOnlyList<string>? Excluded,
    string? Trace);

/// <summary>Something to do next.</summary>
internal sealed record JsonAdvice(string Text, IReadOnlyList<string> Commands, string? Before, string? Send);

/// <summary>The last line.</summary>
internal sealed record JsonReport(
    string Command,
    string Version,
    int ExitCode,
    string ExitName,
    double Seconds,
    IReadOnlyList<JsonSectorEnded> Sectors,
    JsonFailure? Failure,
    string? File,
    IReadOnlyList<JsonAdvice> Next,
    string? GoOnWith) : JsonLine
{
    /// <inheritdoc/>
    public override JsonLine At(string time) => this with { Time = time, Sectors = [.. Sectors.Select(sector => sector with { Time = time })] };
}

/// <summary>The kernels.</summary>
internal sealed record JsonKernels(IReadOnlyList<JsonKernel> Kernels, IReadOnlyList<JsonDevice> Devices) : JsonLine;

/// <summary>One variant of a kernel.</summary>
internal sealed record JsonKernel(string Kind, string Kernel, bool Available, bool Chosen, string? Lack);

/// <summary>An OpenCL device; one that cannot be used has no more than its name and why.</summary>
internal sealed record JsonDevice(
    int? Index, string Name, string? Vendor, string? Driver, long? Memory, int? Units, bool Chosen, string? Lack);

/// <summary>The machine, measured.</summary>
internal sealed record JsonBench(
    string Processor,
    string? Reference,
    int Cores,
    long? Memory,
    double YardstickNanoseconds,
    IReadOnlyList<JsonSpeed> Speeds,
    JsonDisk Disk,
    IReadOnlyList<JsonEstimate> Estimates,
    IReadOnlyList<JsonDeviceSpeed>? Devices = null,
    long? FittingSectorSize = null) : JsonLine;

/// <summary>A speed of one device.</summary>
internal sealed record JsonDeviceSpeed(string Device, int Arity, double PerSecond, double MedianPerSecond, double CoresBeside);

/// <summary>A speed of one core.</summary>
internal sealed record JsonSpeed(
    string What,
    string? Kernel,
    int? SectorsTogether,
    int? Arity,
    long? SectorSize,
    double PerSecond,
    double MedianPerSecond,
    double Blocks,
    double? TimesReference);

/// <summary>The disk of the temp folder.</summary>
internal sealed record JsonDisk(string Folder, double WriteBytesPerSecond, double ReadBytesPerSecond, long? FreeBytes);

/// <summary>What a number of sectors are expected to take.</summary>
internal sealed record JsonEstimate(
    long SectorSize,
    int SectorCount,
    int AtOnce,
    JsonCores Cores,
    double Pc1Seconds,
    double Pc2Seconds,
    double Pc2AfterSeconds,
    double TotalSeconds,
    double ParentCacheSeconds,
    Bound BoundBy,
    long MemoryNeeded,
    bool? MemorySuffices,
    long TempDisk,
    long ResultDisk,
    long ParentCacheDisk);

/// <summary>Which piece a file is.</summary>
internal sealed record JsonCommp(
    string File, string PieceCid, string PieceCidV2, long RawSize, long UnpaddedSize, long PaddedSize) : JsonLine;

/// <summary>What sectors are mended from.</summary>
internal sealed record JsonRepairs(IReadOnlyList<JsonRepair> Sectors) : JsonLine;

/// <summary>One of them.</summary>
internal sealed record JsonRepair(
    JsonSector Sector, string StoragePath, RepairKind Kind, double Seconds, double OfFullSealing, long Memory, long TempDisk);

/// <summary>The pieces of a sector.</summary>
internal sealed record JsonPieces(
    JsonSector Sector,
    long SectorSize,
    bool Update,
    bool HoldsData,
    string PiecesFrom,
    OrderKnowledge Order,
    string? CommD,
    string ComputedCommD,
    bool? CommDAgrees,
    IReadOnlyList<JsonPiece> Pieces) : JsonLine;

/// <summary>One of them, or zeros.</summary>
internal sealed record JsonPiece(
    string PieceCid, long PaddedSize, long UnpaddedSize, long? Offset, bool Zeros, IReadOnlyList<JsonSighting>? Found);

/// <summary>A place that seems to have a piece.</summary>
internal sealed record JsonSighting(string? PieceSource, string Where, long? Length, SightingEvidence Evidence, bool? OutOfReach);

/// <summary>The unsealing about to start.</summary>
internal sealed record JsonUnsealPlan(
    JsonSector Sector,
    string From,
    string Output,
    long RawOffset,
    long RawLength,
    string? Commitment,
    KeyOrigin Key,
    string? LabelFolder,
    IReadOnlyList<JsonResource> Resources) : JsonLine;

/// <summary>What storage paths hold of a sector.</summary>
internal sealed record JsonSurvey(
    JsonSector Sector,
    long SectorSize,
    ComparedWith ComparedWith,
    bool Snapped,
    bool Whole,
    ReadExtent Read,
    double BlockChance,
    IReadOnlyList<JsonSurveyFile> Files,
    IReadOnlyList<JsonExtraFile> Extra,
    IReadOnlyList<JsonMisplaced> Misplaced,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<JsonAdvisedRepair> Repairs,
    JsonSectorLatency? Latency = null) : JsonLine;

/// <summary>One copy of a file, or that there is none.</summary>
internal sealed record JsonSurveyFile(
    SectorPart Part,
    string File,
    string? Path,
    bool Best,
    FileStateName State,
    CheckDepth? Depth,
    JsonReadSample? Sample,
    string? Reason,
    long? ExpectedLength,
    long? FoundLength,
    IReadOnlyList<JsonDamagedRange>? Ranges,
    bool? AgainstChain = null);

/// <summary>What was read of a replica where not all of it was.</summary>
internal sealed record JsonReadSample(long Read, long Of, long StretchBytes, int BlockBytes, double BlockChance)
{
    /// <summary>Of a sample where there is one.</summary>
    public static JsonReadSample? From(ReadSample? sample) => sample is null
        ? null
        : new(sample.Read, sample.All, sample.StretchBytes, ReadSample.BlockBytes, sample.BlockChance);
}

/// <summary>Where a file is damaged.</summary>
internal sealed record JsonDamagedRange(
    long Offset, long Length, int? Row, long? FirstNode, long? NodeCount, long? ReplicaOffset, long? ReplicaLength);

/// <summary>A file that does not belong to a finished sector.</summary>
internal sealed record JsonExtraFile(string Path, long Length, bool LeftOver);

/// <summary>A replica or cache folder that lies where something else belongs.</summary>
internal sealed record JsonMisplaced(string From, string? To, bool Folder, JsonSector Owner, SectorPart Part, JsonReadSample? Sample, string Why);

/// <summary>What makes a part whole again.</summary>
internal sealed record JsonAdvisedRepair(AdvisedRepair Repair, SectorPart Part, bool Needed, string Why, IReadOnlyList<JsonCopy>? Copies);

/// <summary>A file to copy.</summary>
internal sealed record JsonCopy(string From, string To);

/// <summary>What sectors are worth recovering. Amounts are attoFIL as decimal text, as the chain counts.</summary>
internal sealed record JsonWorth(
    ulong? NetworkVersion, long? HeadEpoch, long? ClockEpoch, IReadOnlyList<JsonSectorWorth> Sectors) : JsonLine;

/// <summary>One of them.</summary>
internal sealed record JsonSectorWorth(
    JsonSector Sector,
    WorthVerdict Verdict,
    string Why,
    bool? Faulty,
    long? FaultySinceEpoch,
    string? FaultySince,
    long? EndsEpoch,
    string? Ends,
    double? DaysLeft,
    string? RewardPerDay,
    string? CostPerDay,
    string? FaultFeePerDay,
    string? DailyFee,
    string? TerminationFee,
    string? Deposit);

/// <summary>Whether a sector would pass window PoSt.</summary>
internal sealed record JsonVerification(
    JsonSector Sector,
    long SectorSize,
    ComparedWith ComparedWith,
    SectorPart Part,
    bool Proven,
    int ProvenNodes,
    long Nodes,
    int Challenges,
    int NetworkChallenges,
    bool Full,
    JsonReadSample Sample,
    double BlockChance,
    string Randomness,
    SeedSource RandomnessFrom,
    string? RandomnessReason,
    long? ChallengeEpoch,
    int? Deadline,
    ulong? Partition,
    IReadOnlyList<JsonProvenReplica> Replicas,
    IReadOnlyList<JsonProofFault> Missing,
    IReadOnlyList<string> Warnings,
    JsonSectorLatency? Latency = null) : JsonLine;

/// <summary>A replica with its cache folder.</summary>
internal sealed record JsonProvenReplica(string Replica, string CacheFolder, bool Proven, IReadOnlyList<JsonProofFault> Faults);

/// <summary>Why one is not proven.</summary>
internal sealed record JsonProofFault(ProofFaultKind? Kind, string Message, long? Node, IReadOnlyList<JsonFaultPlace> Places);

/// <summary>A stretch of a file.</summary>
internal sealed record JsonFaultPlace(string Path, long Offset, long Length);

/// <summary>Why a sector's CommR is not the chain's.</summary>
internal sealed record JsonDiagnosis(
    JsonSector Sector,
    string? Mismatch,
    bool Certain,
    string InputsFrom,
    bool ComparedWithChain,
    string? Expected,
    string? Computed,
    string? CommC,
    string? CommRLast,
    string? ReplicaId,
    IReadOnlyList<JsonCause> Causes,
    IReadOnlyList<string> Remarks) : JsonLine;

/// <summary>One candidate cause.</summary>
internal sealed record JsonCause(
    CandidateCause Cause, Verdict Verdict, string Meaning, IReadOnlyList<string> Evidence, JsonSettlement? Settlement);

/// <summary>What settles or mends it.</summary>
internal sealed record JsonSettlement(string Why, IReadOnlyList<string> Commands, RerunCost Cost, double? Seconds);

/// <summary>The output of Commit 1.</summary>
internal sealed record JsonCommit1(
    JsonSector Sector, string Seed, int Partitions, int Challenges, string File, long Length, string Sha256) : JsonLine;

/// <summary>Serialises the lines without reflection, and words of phases beside them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Words), typeof(SiteJson.SectorConverter), typeof(SiteJson.TimeConverter)])]
[JsonSerializable(typeof(JsonLine))]
[JsonSerializable(typeof(SealPhase))]
[JsonSerializable(typeof(LookupTask))]
[JsonSerializable(typeof(SearchKind))]
internal sealed partial class JsonLines : JsonSerializerContext;
