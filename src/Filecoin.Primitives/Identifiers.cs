using System.Globalization;
using System.Text.RegularExpressions;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>The number of an actor, as in f01000. Sealing, paths and tickets only ever use this form of a miner's address.</summary>
/// <param name="Value">The number after "f0".</param>
public readonly record struct ActorId(ulong Value)
{
    /// <summary>
    /// The prover id that enters the replica id: unsigned LEB128 of the number, left-aligned, zero padded to 32 bytes
    /// (filecoin-ffi proofs.go, toProverID).
    /// </summary>
    public Bytes32 ProverId
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Bytes32.Length];
            bytes.Clear();
            Varint.Write(bytes, Value);
            return new Bytes32(bytes);
        }
    }

    /// <summary>"f0…", whatever the network; files use <see cref="SectorId.FileName"/>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"f0{Value}");
}

/// <summary>One sector of one miner.</summary>
/// <param name="Miner">The miner's actor number.</param>
/// <param name="Number">The sector number, below 2^63.</param>
public readonly partial record struct SectorId(ActorId Miner, ulong Number)
{
    /// <summary>The name of the sector's file or folder in a Lotus or Curio storage path: "s-t01000-2", with t0 on every network.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"s-t0{Miner.Value}-{Number}");

    /// <summary>Reads exactly what <see cref="FileName"/> writes; nothing before, nothing after.</summary>
    public static bool TryParseFileName(string name, out SectorId sector)
    {
        Match match = FileNamePattern().Match(name);
        sector = default;
        if (!match.Success
            || !ulong.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong miner)
            || !ulong.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return false;
        }

        sector = new SectorId(new ActorId(miner), number);
        return sector.FileName == name;
    }

    /// <summary>"f01000 sector 2" or "f01000 sectors 2, 3", for messages; at least one, all of one miner.</summary>
    public static string Names(IReadOnlyList<SectorId> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return sectors is [var one]
            ? one.ToString()
            : $"{sectors[0].Miner} sectors {string.Join(", ", sectors.Select(sector => sector.Number.ToString(CultureInfo.InvariantCulture)))}";
    }

    /// <summary>"f01000 sector 2", for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Miner} sector {Number}");

    [GeneratedRegex(@"\As-t0([0-9]{1,20})-([0-9]{1,20})\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileNamePattern();
}

/// <summary>Randomness drawn from the chain's tickets at SealRandEpoch; 32 bytes, an input of the replica id.</summary>
/// <param name="Value">The bytes as the chain gives them.</param>
public readonly record struct Ticket(Bytes32 Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>The commitment to a sector's unsealed data: root of the binary SHA-256 tree over its Fr32-padded nodes.</summary>
/// <param name="Value">Little-endian field element, as stored.</param>
public readonly record struct CommD(Bytes32 Value)
{
    /// <summary>CIDv1 baga6ea4seaq… (codec fil-commitment-unsealed).</summary>
    public Cid ToCid() => CommitmentCid.FromUnsealed(Value);

    /// <inheritdoc/>
    public override string ToString() => ToCid().ToString();
}

/// <summary>The commitment to a sector's replica: Poseidon of comm_c and comm_r_last. SealedCID on chain.</summary>
/// <param name="Value">Little-endian field element, as stored.</param>
public readonly record struct CommR(Bytes32 Value)
{
    /// <summary>CIDv1 bagboea4b5abc… (codec fil-commitment-sealed).</summary>
    public Cid ToCid() => CommitmentCid.FromSealed(Value);

    /// <inheritdoc/>
    public override string ToString() => ToCid().ToString();
}

/// <summary>Names one use of the proof of replication: it seeds the graph and enters the replica id.</summary>
/// <param name="Value">For registered proofs: u64 LE proof number, u64 LE nonce 0, sixteen zero bytes.</param>
public readonly record struct PorepId(Bytes32 Value);

/// <summary>The 32 bytes every label of a sector begins with; see <c>ReplicaIds</c> in Filecoin.Sealing for how it is made.</summary>
/// <param name="Value">A digest with its top two bits cleared.</param>
public readonly record struct ReplicaId(Bytes32 Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
