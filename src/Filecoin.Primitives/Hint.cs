using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Filecoin.Primitives;

/// <summary>
/// What to do next, one sentence, in which settings and commands are named by what they are: how they are typed is known where the command
/// line is. A plain text is a hint; an interpolated string keeps each <see cref="Setting"/> and <see cref="UserCommand"/> in it, but only
/// where nothing makes a string of it first: each part of a sum and each branch of a choice has to be a hint itself.
/// </summary>
[InterpolatedStringHandler]
public sealed class Hint
{
    private readonly ImmutableArray<object>.Builder _parts;

    /// <summary>Called by the compiler for an interpolated string.</summary>
    public Hint(int literalLength, int formattedCount) => _parts = ImmutableArray.CreateBuilder<object>(literalLength > 0 ? formattedCount + 1 : formattedCount);

    /// <summary>The settings and commands that it names, in order.</summary>
    public IEnumerable<Enum> Named => _parts.OfType<Enum>();

    /// <summary>A sentence that names none; null of null.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Hint?(string? text)
    {
        if (text is null)
        {
            return null;
        }

        Hint plain = new(text.Length, 0);
        plain.AppendLiteral(text);
        return plain;
    }

    /// <summary>One behind the other.</summary>
    public static Hint operator +(Hint first, Hint second) => $"{first}{second}";

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string text) => _parts.Add(text);

    /// <summary>Called by the compiler: a setting is kept.</summary>
    public void AppendFormatted(Setting setting) => _parts.Add(setting);

    /// <summary>Called by the compiler: a command is kept.</summary>
    public void AppendFormatted(UserCommand command) => _parts.Add(command);

    /// <summary>Called by the compiler: what another hint names is kept.</summary>
    public void AppendFormatted(Hint? hint)
    {
        if (hint is not null)
        {
            _parts.AddRange(hint._parts.ToImmutable());
        }
    }

    /// <summary>Called by the compiler: anything else becomes text at once.</summary>
    public void AppendFormatted<T>(T value, string? format = null) =>
        _parts.Add((value is IFormattable known ? known.ToString(format, CultureInfo.InvariantCulture) : value?.ToString()) ?? "");

    /// <summary>The sentence.</summary>
    /// <param name="word">How a <see cref="Setting"/> or a <see cref="UserCommand"/> is typed.</param>
    public string Worded(Func<Enum, string> word) => string.Concat(_parts.Select(part => part is Enum named ? word(named) : (string)part));

    /// <summary>The sentence with the names that the code has, for logs and tests.</summary>
    public override string ToString() => Worded(named => named.ToString());
}

/// <summary>What an operator can set and a hint speaks of.</summary>
public enum Setting
{
    /// <summary>Where a node that keeps old states is.</summary>
    ArchiveNode,

    /// <summary>That committed capacity holds zeros where nothing says so.</summary>
    AssumeZeros,

    /// <summary>The cache folder of a sealed file.</summary>
    CacheFolder,

    /// <summary>How many calls a node is asked at once.</summary>
    Concurrency,

    /// <summary>Where Curio's database is.</summary>
    CurioDatabase,

    /// <summary>A file with what damocles knows of sectors.</summary>
    DamoclesState,

    /// <summary>That what stands in the way is moved aside.</summary>
    Force,

    /// <summary>That a run starts although memory or disk space is too little.</summary>
    IgnoreResources,

    /// <summary>That layers and trees are kept, as a sector that is not proven yet needs them.</summary>
    KeepAll,

    /// <summary>That an unsealed copy is kept.</summary>
    KeepUnsealed,

    /// <summary>Which kernel hashes.</summary>
    Kernel,

    /// <summary>The file of facts.</summary>
    Metadata,

    /// <summary>Whose sectors.</summary>
    Miner,

    /// <summary>Where the lotus-miner is that sealed.</summary>
    MinerApi,

    /// <summary>How long a source is waited for.</summary>
    NodeTimeout,

    /// <summary>Where an output goes.</summary>
    Output,

    /// <summary>How many sectors are sealed side by side.</summary>
    Parallel,

    /// <summary>A place that has pieces.</summary>
    PieceSource,

    /// <summary>Where sectors go.</summary>
    ResultFolder,

    /// <summary>Where sectors are.</summary>
    StoragePath,

    /// <summary>The SealedCID by hand.</summary>
    SealedCid,

    /// <summary>A sealed file.</summary>
    SealedFile,

    /// <summary>The seal proof by hand.</summary>
    SealProof,

    /// <summary>The size of sectors.</summary>
    SectorSize,

    /// <summary>Which sectors.</summary>
    Sectors,

    /// <summary>Where work is done.</summary>
    TempFolder,

    /// <summary>The epoch of the ticket by hand.</summary>
    TicketEpoch,

    /// <summary>An unsealed copy.</summary>
    UnsealedFile,

    /// <summary>The cache folder of an update.</summary>
    UpdateCacheFolder,

    /// <summary>The updated replica of a snapped sector.</summary>
    UpdateFile,

    /// <summary>That everything is told.</summary>
    Verbose,
}

/// <summary>What an operator can start and a hint speaks of.</summary>
public enum UserCommand
{
    /// <summary>Says what is wrong after a mismatch.</summary>
    Diagnose,

    /// <summary>Writes the file of facts.</summary>
    Export,

    /// <summary>Builds parent caches.</summary>
    Parents,

    /// <summary>Lists the pieces of a sector.</summary>
    Pieces,

    /// <summary>Seals a sector again.</summary>
    Recover,

    /// <summary>Mends a sector in its storage paths.</summary>
    Repair,

    /// <summary>Takes data out of a sector.</summary>
    Unseal,
}
