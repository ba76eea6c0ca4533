using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Survey;

/// <summary>Every combination of good, missing and damaged files leads to the repair that suffices and costs least.</summary>
public sealed class RepairAdviceTests
{
    private static readonly FileState Good = new Good(CheckDepth.ProvenAgainstChain);
    private static readonly FileState Bad = new Damaged([new DamagedRange(0, 1)], "a test says so");
    private static readonly FileState[] States = [Good, new Missing(), Bad];

    /// <summary>The state of replica, p_aux, t_aux and trees in all 81 ways.</summary>
    private static readonly ImmutableArray<FileState[]> Combinations =
    [
        .. from replica in States from pAux in States from tAux in States from trees in States
           select new[] { replica, pAux, tAux, trees },
    ];

    [Fact]
    public void Of_a_sector_that_was_not_snapped()
    {
        Assert.All(Combinations, states =>
        {
            (bool replica, bool pAux, bool tAux, bool trees) = Facts(states);
            AdvisedRepair expected =
                !pAux ? AdvisedRepair.FullReseal
                : !replica ? AdvisedRepair.RelabelReplica
                : !trees ? AdvisedRepair.RebuildTrees
                : !tAux ? AdvisedRepair.WriteTAux
                : AdvisedRepair.Nothing;
            RepairAdvice advice = Assert.Single(RepairAdvice.For(Survey(Files(states), null)));

            // No proof reads t_aux.
            bool needed = expected is not (AdvisedRepair.Nothing or AdvisedRepair.WriteTAux);
            Assert.Equal((expected, SectorPart.Sealed, needed), (advice.Kind, advice.Part, advice.IsNeeded));
            Assert.EndsWith(".", advice.Why, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Of_a_snapped_sector()
    {
        foreach (FileState[] ofKey in Combinations)
        {
            foreach (FileState[] ofUpdate in Combinations)
            {
                IReadOnlyList<RepairAdvice> all = RepairAdvice.For(Survey(Files(ofKey), Files(ofUpdate)));
                (bool key, bool keyPAux, bool keyTAux, bool keyTrees) = Facts(ofKey);
                (bool update, bool updatePAux, bool updateTAux, bool updateTrees) = Facts(ofUpdate);
                bool commC = keyPAux || updatePAux;
                AdvisedRepair proving =
                    update && commC
                        ? !updatePAux || !updateTrees ? AdvisedRepair.RebuildTrees : !updateTAux ? AdvisedRepair.WriteTAux : AdvisedRepair.Nothing
                        : key && commC ? AdvisedRepair.RebuildUpdate
                        : AdvisedRepair.Everything;
                AdvisedRepair sealedPart =
                    proving == AdvisedRepair.Everything ? AdvisedRepair.Nothing
                    : !key ? AdvisedRepair.RebuildKey
                    : !keyPAux || !keyTrees ? AdvisedRepair.RebuildTrees
                    : !keyTAux ? AdvisedRepair.WriteTAux
                    : AdvisedRepair.Nothing;
                Assert.Equal(proving, Of(all, SectorPart.Update));
                Assert.Equal(sealedPart, Of(all, SectorPart.Sealed));

                // A key that is gone is Lotus's doing; a key that is damaged is not.
                bool needed = proving is not (AdvisedRepair.Nothing or AdvisedRepair.WriteTAux) || all.Any(advice => advice.Part == SectorPart.Sealed && advice.IsNeeded);
                Assert.Equal(needed, all.Any(advice => advice.IsNeeded));
                if (proving == AdvisedRepair.Nothing && ofKey.All(state => state is Missing))
                {
                    Assert.DoesNotContain(all, advice => advice.IsNeeded);
                }

                if (ofKey[0] == Bad)
                {
                    Assert.Contains(all, advice => advice.IsNeeded);
                }
            }
        }
    }

    [Fact]
    public void Copies_are_advised_only_where_every_file_is_good_somewhere()
    {
        ReplicaSurvey files = Files(Combinations[0]);
        FileSurvey twice = files.PAux with { Copies = [new FileCopy("/a/cache/s/p_aux", Bad), new FileCopy("/b/cache/s/p_aux", Good)] };
        RepairAdvice advice = Assert.Single(RepairAdvice.For(Survey(files with { PAux = twice }, null)));
        Assert.Equal(AdvisedRepair.CopyGood, advice.Kind);
        Assert.Equal([new CopyAdvice("/b/cache/s/p_aux", "/a/cache/s/p_aux")], advice.Copies);

        FileSurvey none = twice with { Copies = [twice.Copies[0]] };
        Assert.Equal(AdvisedRepair.FullReseal, Assert.Single(RepairAdvice.For(Survey(files with { PAux = none }, null))).Kind);
    }

    [Fact]
    public void An_unsealed_copy_is_worth_a_word_only_when_it_is_there_and_bad()
    {
        SectorSurvey survey = Survey(Files(Combinations[0]), null);
        RepairAdvice advice = Assert.Single(RepairAdvice.For(survey with { Unsealed = new FileSurvey("unsealed", [new FileCopy("/a/unsealed/s", Bad)]) }));
        Assert.Equal((AdvisedRepair.UnsealAgain, true), (advice.Kind, advice.IsNeeded));
    }

    private static AdvisedRepair Of(IReadOnlyList<RepairAdvice> all, SectorPart part) =>
        all.SingleOrDefault(advice => advice.Part == part)?.Kind ?? AdvisedRepair.Nothing;

    private static (bool Replica, bool PAux, bool TAux, bool Trees) Facts(FileState[] states) =>
        (states[0].IsGood, states[1].IsGood, states[2].IsGood, states[3].IsGood);

    private static ReplicaSurvey Files(FileState[] states) => new()
    {
        Replica = One("sealed", states[0]),
        PAux = One(CacheNames.PAux, states[1]),
        TAux = One(CacheNames.TAux, states[2]),
        TreeRLast = [One("sc-02-data-tree-r-last-0.dat", Good), One("sc-02-data-tree-r-last-1.dat", states[3])],
        Extra = [],
    };

    private static FileSurvey One(string name, FileState state) => new(name, [new FileCopy($"/a/cache/s/{name}", state)]);

    private static SectorSurvey Survey(ReplicaSurvey ofSealed, ReplicaSurvey? ofUpdate) => new()
    {
        Facts = SurveyFacts.Unknown(new SectorId(new ActorId(1000), 5), SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1).Porep),
        Sealed = ofSealed,
        Update = ofUpdate,
        Unsealed = new FileSurvey("unsealed", []),
        Warnings = [],
    };
}
