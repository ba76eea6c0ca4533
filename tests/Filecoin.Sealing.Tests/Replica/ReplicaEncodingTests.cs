using System.Globalization;
using System.Numerics;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Replica;

public sealed class ReplicaEncodingTests
{
    private static readonly BigInteger R =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Values at which a limb carries, the sum meets r, or nothing happens.</summary>
    private static readonly BigInteger[] Edges =
    [
        0, 1, 2, ulong.MaxValue, (BigInteger.One << 64) + 1, (BigInteger.One << 128) - 1, (BigInteger.One << 192) - 1, (BigInteger.One << 192) + 1,
        (BigInteger.One << 254) - 1, R / 2, (R / 2) + 1, R - (BigInteger.One << 64), R - 2, R - 1,
    ];

    [Fact]
    public void Every_pair_of_edge_values_is_added_and_subtracted_as_in_the_integers_modulo_r()
    {
        (BigInteger Left, BigInteger Right)[] pairs = [.. Edges.SelectMany(left => Edges.Select(right => (left, right)))];
        byte[] left = [.. pairs.SelectMany(pair => Node(pair.Left))];
        byte[] right = [.. pairs.SelectMany(pair => Node(pair.Right))];
        byte[] sums = new byte[left.Length];
        byte[] differences = new byte[left.Length];

        ReplicaEncoding.Encode(left, right, sums);
        ReplicaEncoding.Decode(right, left, differences);

        Assert.Equal(pairs.SelectMany(pair => Node((pair.Left + pair.Right) % R)), sums);
        Assert.Equal(pairs.SelectMany(pair => Node((pair.Left - pair.Right + R) % R)), differences);
    }

    [Fact]
    public void The_sum_may_go_where_either_term_was()
    {
        byte[] labels = Nodes("labels", 33);
        byte[] data = Nodes("data", 33);
        byte[] sums = new byte[labels.Length];
        ReplicaEncoding.Encode(labels, data, sums);
        byte[] inLabels = [.. labels];
        byte[] inData = [.. data];

        ReplicaEncoding.Encode(inLabels, data, inLabels);
        ReplicaEncoding.Encode(labels, inData, inData);

        Assert.Equal(sums, inLabels);
        Assert.Equal(sums, inData);
        ReplicaEncoding.Decode(labels, inData, inData);
        Assert.Equal(data, inData);
    }

    public static TheoryData<string> SectorsWithData =>
        [.. SealCase.All().Where(known => !known.IsCc && known.SectorSize <= 16 << 20).Select(known => known.Id)];

    [Theory]
    [MemberData(nameof(SectorsWithData))]
    public void Data_decoded_from_a_sealed_sector_is_the_data_that_was_sealed(string id)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using (ParentCache parents = Workplace.OpenParents(job.Inputs, cancellation))
        {
            PreCommit1.Run(job, parents, place.Log, null, cancellation);
        }

        PreCommit2.Run(job, place.Log, Environment.ProcessorCount, null, cancellation);
        SectorSize size = new(known.SectorSize);
        using PaddedFile replica = new(place.SealedFile, size);
        using PaddedFile labels = new(Path.Combine(place.CacheFolder, Filecoin.Sealing.Files.CacheNames.Layer(known.Layers)), size);
        string unsealed = Path.Combine(place.Folder, "unsealed");

        UnsealedFile.Write(unsealed, Unsealing.Decode(replica, labels), null, threads: 2, null, cancellation);

        using FileStream written = File.OpenRead(unsealed);
        byte[] data = new byte[size.Bytes];
        written.ReadExactly(data);
        Assert.Equal(known.Text("staged_sha256"), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)));
    }

    private static byte[] Node(BigInteger value)
    {
        byte[] node = new byte[32];
        value.TryWriteBytes(node, out _, isUnsigned: true);
        return node;
    }

    private static byte[] Nodes(string seed, int count)
    {
        byte[] nodes = VectorFiles.Stream(seed, 32L * count);
        for (int i = 31; i < nodes.Length; i += 32)
        {
            nodes[i] &= 0x3f;
        }

        return nodes;
    }
}
