"""Cards that jobs may take are those that a scheduler or a user has left to them."""

from pathlib import Path

from vadose.gpu_slots import slots


def test_what_a_scheduler_or_a_user_chose_is_kept(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidia10", "nvidia2", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    assert slots({}, tmp_path) == ["0", "2", "10"]
    assert slots({"CUDA_VISIBLE_DEVICES": "2, GPU-8a"}, tmp_path) == ["2", "GPU-8a"]
    assert slots({"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "0,1"}, tmp_path) == []
    pod = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "CUDA_VISIBLE_DEVICES": "0,1"}
    assert slots(pod, tmp_path) == ["0", "1"], "nothing chooses between the jobs of a pod"
    assert slots({"CUDA_VISIBLE_DEVICES": "2", "VADOSE_GPUS": "0,0"}, tmp_path) == ["0", "0"]
    assert slots({"CUDA_VISIBLE_DEVICES": ""}, tmp_path) == []
