using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>
/// A chain that exists only as far as it is asked about: blocks, their VRF proofs and CIDs follow from a seed and the epoch, so six million
/// epochs cost nothing. Miners and sectors are put in by the test; a sector's ticket follows from the chain (<see cref="Ticket"/>) and
/// cannot be chosen, as on a real one.
/// </summary>
public sealed class FakeChain
{
    private readonly byte[] _seed;
    private readonly ConcurrentDictionary<string, long> _epochOfCid = new();

    /// <param name="networkName">"mainnet", "calibrationnet" or a devnet's name; decides where the old null-round rule ends.</param>
    /// <param name="headEpoch">Epoch of the head; must not be a null round.</param>
    /// <param name="seed">Different seeds give different blocks.</param>
    public FakeChain(string networkName = "localnet", long headEpoch = 20_000, string seed = "seed")
    {
        NetworkName = networkName;
        HeadEpoch = headEpoch;
        _seed = Encoding.UTF8.GetBytes(seed);
    }

    /// <summary>What StateNetworkName says.</summary>
    public string NetworkName { get; }

    /// <summary>Epoch of the head; may be moved while the node runs.</summary>
    public long HeadEpoch { get; set; }

    /// <summary>When the head's epoch began.</summary>
    public DateTimeOffset HeadTime { get; set; } = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>Epochs without blocks. Fill before the node is asked.</summary>
    public HashSet<long> NullRounds { get; } = [];

    /// <summary>What StateNetworkVersion says.</summary>
    public int NetworkVersion { get; set; } = 25;

    /// <summary>What an epoch pays, attoFIL, and how that moves.</summary>
    public (BigInteger Position, BigInteger Velocity) Reward { get; set; } = (BigInteger.Parse("36266252337034982540", CultureInfo.InvariantCulture), 0);

    /// <summary>Whether the reward actor's state is as from network version 29 on.</summary>
    public bool HasStreams { get; set; }

    /// <summary>The network's quality-adjusted power, bytes, and how it moves.</summary>
    public (BigInteger Position, BigInteger Velocity) Power { get; set; } = ((BigInteger)20 << 60, 0);

    /// <summary>Miners by actor number.</summary>
    public ConcurrentDictionary<ulong, FakeMiner> Miners { get; } = new();

    /// <summary>Storage deals by number.</summary>
    public ConcurrentDictionary<ulong, FakeDeal> Deals { get; } = new();

    /// <summary>The last epoch whose null rounds take the ticket of the tipset before them; -1 if never.</summary>
    public long LastLookBackEpoch => NetworkName switch { "mainnet" => 892800, "calibrationnet" => 420, _ => -1 };

    /// <summary>Puts a miner on the chain.</summary>
    public FakeMiner AddMiner(ulong id, SectorSize sectorSize) => Miners[id] = new FakeMiner(id, sectorSize.Bytes);

    /// <summary>The tipset at an epoch that is not a null round.</summary>
    public FakeTipSet TipSetAt(long epoch)
    {
        if (epoch < 0 || epoch > HeadEpoch || NullRounds.Contains(epoch))
        {
            throw new ArgumentOutOfRangeException(nameof(epoch), epoch, "there is no tipset at this epoch");
        }

        int blocks = 1 + (Hash("count", epoch, 0)[0] % 5);
        FakeBlock[] made = [.. Enumerable.Range(0, blocks).Select(i => new FakeBlock(
            Cid.Create(0x71, 0xb220, Hash("cid", epoch, i)).ToString(),
            [.. Hash("vrf-a", epoch, i), .. Hash("vrf-b", epoch, i), .. Hash("vrf-c", epoch, i)]))];
        foreach (FakeBlock block in made)
        {
            _epochOfCid[block.Cid] = epoch;
        }

        return new FakeTipSet(epoch, made);
    }

    /// <summary>The tipset at an epoch or, if that is a null round, the one before.</summary>
    public FakeTipSet AtOrBefore(long epoch)
    {
        while (NullRounds.Contains(epoch))
        {
            epoch--;
        }

        return TipSetAt(epoch);
    }

    /// <summary>The tipset at an epoch or, if that is a null round, the one after.</summary>
    public FakeTipSet AtOrAfter(long epoch)
    {
        while (NullRounds.Contains(epoch))
        {
            epoch++;
        }

        return TipSetAt(epoch);
    }

    /// <summary>The epoch of the tipset that a block CID handed out earlier belongs to; null if it was never handed out.</summary>
    public long? EpochOf(string cid) => _epochOfCid.TryGetValue(cid, out long epoch) ? epoch : null;

    /// <summary>When an epoch begins.</summary>
    public DateTimeOffset TimeOf(long epoch) => HeadTime.AddSeconds(30 * (epoch - HeadEpoch));

    /// <summary>The ticket that sectors of <paramref name="miner"/> sealed at <paramref name="epoch"/> have on this chain.</summary>
    public Bytes32 Ticket(ulong miner, long epoch)
    {
        byte[] entropy = [0, .. Varint.ToBytes(miner)];
        return Randomness(5, epoch, [(byte)(0x40 + entropy.Length), .. entropy]);
    }

    /// <summary>What sealing by mistake makes of it: with another address as entropy, or by the other null-round rule.</summary>
    public Bytes32 WrongTicket(long epoch, Address entropy, bool otherRound) => Randomness(5, epoch, entropy.ToCbor(), otherRound);

    /// <summary>What StateGetRandomnessFromTickets gives.</summary>
    public Bytes32 Randomness(long personalization, long epoch, byte[] entropy, bool otherRound = false)
    {
        long search = Math.Max(epoch, 0);
        FakeTipSet tipset = search <= LastLookBackEpoch ^ otherRound ? AtOrBefore(search) : AtOrAfter(search);
        string smallest = tipset.Blocks.Select(block => Blake2b.Hash256(block.VrfProof).ToString()).Order(StringComparer.Ordinal).First();
        using MemoryStream input = new();
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, personalization);
        input.Write(number);
        input.Write(Convert.FromHexString(smallest));
        BinaryPrimitives.WriteInt64BigEndian(number, epoch);
        input.Write(number);
        input.Write(entropy);
        return Blake2b.Hash256(input.ToArray());
    }

    /// <summary>What StateGetRandomnessFromBeacon gives: the beacon has an entry for every epoch, whatever the blocks do.</summary>
    public Bytes32 BeaconRandomness(long personalization, long epoch, byte[] entropy)
    {
        Span<byte> number = stackalloc byte[8];
        using MemoryStream input = new();
        BinaryPrimitives.WriteInt64BigEndian(number, personalization);
        input.Write(number);
        input.Write(Blake2b.Hash256(Hash("beacon", epoch, 0)).Span);
        BinaryPrimitives.WriteInt64BigEndian(number, epoch);
        input.Write(number);
        input.Write(entropy);
        return Blake2b.Hash256(input.ToArray());
    }

    /// <summary>What window PoSt of a miner's deadline draws its challenges from, as proofs take it.</summary>
    public Bytes32 WindowPostSeed(ulong miner, long epoch)
    {
        byte[] entropy = [0, .. Varint.ToBytes(miner)];
        return BeaconRandomness(4, epoch, [(byte)(0x40 + entropy.Length), .. entropy]).ClearTopTwoBits();
    }

    private byte[] Hash(string what, long epoch, int index) => Blake2b.Hash256(
        [.. _seed, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/{what}/{epoch}/{index}"))]).ToArray();
}

/// <summary>One block of a tipset.</summary>
/// <param name="Cid">Its CID, base32.</param>
/// <param name="VrfProof">Its ticket's VRF proof, 96 bytes.</param>
public sealed record FakeBlock(string Cid, byte[] VrfProof);

/// <summary>The blocks of one epoch.</summary>
public sealed record FakeTipSet(long Height, IReadOnlyList<FakeBlock> Blocks);
